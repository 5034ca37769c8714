/** oclif's help, with the exit codes, and with the same answer to a command that does not exist. */
import {Errors, Help} from '@oclif/core'
import {EXIT} from '../engine/errors.ts'
import {EXIT_MEANINGS} from '../engine/exit-meanings.ts'
import {tellUnknownCommand, unknownCommand} from './unknown-command.ts'

/** The help of kp. */
export default class KpHelp extends Help {
  override async showHelp(argv: string[]): Promise<void> {
    try {
      await super.showHelp(argv)
    } catch (error) {
      if (!(error instanceof Error) || !/^Command .* not found\.$/.test(error.message)) throw error
      const unknown = unknownCommand(argv.filter((word) => !word.startsWith('-') && word !== 'help'), this.config.commandIDs)
      await tellUnknownCommand(unknown, process.argv)
      Errors.exit(unknown.exit)
    }
  }

  override formatRoot(): string {
    const [summary = '', ...rest] = super.formatRoot().split('\n\n')
    return [this.wrap(summary), ...rest].join('\n\n')
  }

  protected override async showRootHelp(): Promise<void> {
    await super.showRootHelp()
    this.log(this.section('EXIT CODES', Object.entries(EXIT).map(([name, code]): [string, string] => [String(code), EXIT_MEANINGS[name as keyof typeof EXIT]])))
  }
}
