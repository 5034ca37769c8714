/** oclif calls this for a command that does not exist: the nearest spelling, never a question, exit code 2. */
import type {Hook} from '@oclif/core'
import {tellUnknownCommand, unknownCommand} from './unknown-command.ts'

const commandNotFound: Hook<'command_not_found'> = async function ({id, argv = [], config}) {
  const error = unknownCommand(id.split(':'), config.commandIDs)
  await tellUnknownCommand(error, [...process.argv, ...argv])
  this.exit(error.exit)
}

export default commandNotFound
