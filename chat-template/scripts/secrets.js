// Fresh secrets for compose.yaml: node scripts/secrets.js > .env
import { randomBytes } from 'node:crypto'

for (const name of ['REDIS_PASSWORD', 'MONGO_PASSWORD', 'COOKIE_SECRET']) {
  process.stdout.write(`${name}=${randomBytes(24).toString('base64url')}\n`)
}
