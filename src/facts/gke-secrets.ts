import { Secret } from '../command.ts'
import type { GkeConfig } from '../config/gke.ts'
import type { GkeNames } from '../config/gke-names.ts'
import type { GivenSecret } from '../kubernetes/secrets.ts'
import type { Host } from '../run/host.ts'
import type { Login } from '../tools/gcloud.ts'
import { memorystoreUrl, secretValue } from '../tools/google-apis.ts'
import { readApi } from './gke-project.ts'

/** The URL of MongoDB that Secret Manager keeps; undefined as long as nobody has put one there. */
export async function readMongoUrl(host: Host, login: Login, names: GkeNames): Promise<Secret | undefined> {
  const answer = await readApi(host, login, secretValue(login, names.project, names.mongoSecret))
  return answer?.ok === true ? new Secret(answer.value) : undefined
}

/** Secrets that Google knows: where Memorystore listens, with its password, and MongoDB's URL. */
export async function readGoogleSecrets(
  host: Host,
  login: Login,
  gke: GkeConfig,
  names: GkeNames,
): Promise<Map<string, GivenSecret>> {
  const found = new Map<string, GivenSecret>()
  if (gke.redis === 'memorystore') {
    const instance = `projects/${names.project}/locations/${names.region}/instances/${names.redis}`
    const { where, password } = memorystoreUrl(login, instance)
    const [place, login_] = await Promise.all([readApi(host, login, where), readApi(host, login, password)])
    if (place?.ok === true) {
      const word = login_?.ok === true && login_.value !== '' ? `:${encodeURIComponent(login_.value)}@` : ''
      found.set('REDIS_URL', { value: new Secret(`redis://${word}${place.value}`), from: 'Memorystore' })
    }
  }
  if (gke.mongo === 'secret-manager') {
    const value = await readMongoUrl(host, login, names)
    if (value !== undefined) found.set('MONGODB_URL', { value, from: 'Secret Manager' })
  }
  return found
}
