import { sampleGroups } from '../samples.ts'
import { lookAt, once } from './look.ts'

lookAt(sampleGroups['docs-guides'], once)
