// Whether terraform's AWS provider is in kp's cache: exit code 0 or 1; with --say in words, and exit code 0.
import {hasProvider} from './aws/provider.ts'

const there = await hasProvider(process.env)
if (process.argv.includes('--say')) console.log(there ? 'the provider is in the cache: ten minutes at most' : 'the provider would be built first: half an hour')
else process.exitCode = there ? 0 : 1
