/** How a known failure comes about in a test, and what kp then says. */
import type {AwsPlatform} from '../helpers/aws.ts'
import type {Told} from '../helpers/told.ts'
import type {RealApi} from '../helpers/real-api.ts'

/** This machine: a folder of the test's own. */
export interface Machine {
  /** Empty, and the test's own. */
  folder: string
  /** A folder with a kp.yaml for EKS in it; sections take the place of whole ones. */
  platform(sections?: Record<string, unknown>): string
  /** Runs kp there, and says what it printed. */
  kp(root: string, args: string[], env?: Record<string, string>, options?: {under?: string}): Promise<Told>
  /** Runs a program that must fail, and says what kp says of it. */
  tool(name: string, args: string[], options?: {cwd?: string; env?: Record<string, string>; says?: RegExp}): Promise<Told>
  /** A real API server with its etcd, made by the first who wants it. */
  api(): Promise<RealApi>
}

/** An emulated cloud with a network that kp made. */
export interface Cloud {
  platform: AwsPlatform
  /** Runs kp, and says what it printed. */
  kp(args: string[], env?: Record<string, string>): Promise<Told>
  /** The network of the platform. */
  vpc: string
  subnets: string[]
  /** What kp says of what the SDK throws. */
  refused(work: () => Promise<unknown>): Promise<Told>
  /** Runs kp as somebody with this policy, while the emulator holds everybody to theirs; without one as nobody it knows. */
  kpAs(policy: object | undefined, args: string[]): Promise<Told>
}

/** Where a failure is caused. */
export type Cause =
  /** By real programs on this machine: test/integration/causes.test.ts. */
  | {by: 'machine'; what: string; cause(machine: Machine): Promise<Told>}
  /** Against the emulator of AWS: test/aws/causes.test.ts. */
  | {by: 'cloud'; what: string; cause(cloud: Cloud): Promise<Told>}
  /** In a lab, which test/long/scenarios.test.ts starts, diagnoses and heals. */
  | {by: 'scenario'; scenario: string}
  /** In a world of test/cases in which that check fails. */
  | {by: 'check'; check: string; what?: string}
  /** Only a real cloud, a real kubelet or real hardware says it: what was captured goes through the code that a failure goes through. */
  | {by: 'capture'; because: string}
