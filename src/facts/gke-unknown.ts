import type { Check } from '../report/report.ts'
import type { ApiAnswer } from '../tools/google-apis.ts'
import { isOffElsewhere } from './gke-project.ts'

type Refused = Exclude<ApiAnswer<never>, undefined>

const silent = { found: 'nobody answers', why: 'no network, or a proxy that only gcloud knows of' } as const

/** What a read that did not succeed is worth: a warning, since the change itself says it again, with the reason. Pure. */
export function unknown(answer: Refused | undefined): Pick<Check, 'status' | 'found' | 'why'> {
  if (answer === undefined) return { status: 'warn', ...silent }
  if (answer.ok) throw new TypeError('this answer is known')
  if (answer.reason === 'SERVICE_DISABLED' && !isOffElsewhere(answer)) {
    return { status: 'skip', found: 'known when the API is on, which `rtdeploy up` sees to' }
  }
  return { status: 'warn', found: answer.message }
}
