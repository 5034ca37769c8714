/** The file in which a service says where its metrics are; Prometheus reads it anew by itself. */
export const TARGETS_FILE = 'targets.json'

/** Content of such a file. */
export function targets(port: number, labels: Record<string, string> = {}): string {
  return JSON.stringify([{targets: [`127.0.0.1:${port}`], labels}])
}
