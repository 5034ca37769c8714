/**
 * Takes the place of ejs in the built kp: oclif compiles each of some fifty strings of a help with it, a tenth of the time
 * that `kp --help` takes. kp's strings name values, `<%= config.bin %>`, and hold no code.
 */
export function render(template: string, data: Record<string, unknown>): string {
  return template.replaceAll(/<%[=-]\s*([\w.$]+)\s*%>/g, (_, path: string) => String(path.split('.').reduce<unknown>((here, key) => (here as Record<string, unknown> | undefined)?.[key], data) ?? ''))
}

export default {render}
