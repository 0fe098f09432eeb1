import { Secret } from '../../src/command.ts'
import type { Login } from '../../src/tools/gcloud.ts'

/** Of somebody at Google's own addresses. */
export const login: Login = {
  account: 'ann@example.com',
  token: new Secret('t'),
  expiresAt: undefined,
  project: undefined,
  endpoints: {},
}
