/** A step of `npm run check`: the description of the API, as it is without examples' server behind it, has no fault. */
import { describeAlone } from './describe.ts'
import { faultsOf } from './linting.ts'

const faults = await faultsOf(await describeAlone())
for (const fault of faults) console.log(fault)
if (faults.length > 0) console.log(`\n${faults.length} faults in the description of the API (test/openapi/linting.ts)`)
process.exitCode = faults.length > 0 ? 1 : 0
