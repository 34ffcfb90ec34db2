import { sampleGroups } from '../samples.ts'
import { lookAt } from './look.ts'

lookAt(sampleGroups.screens)
