// Runs in a pod of the app's own image, as one file: measures from inside and prints what it found as one line of JSON.

import { setMaxListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { UserError } from '../errors.ts'
import type { VerifyOptions } from './options.ts'
import { verify } from './verify.ts'

interface Given {
  /** The first that lets us in is measured. */
  readonly urls: readonly string[]
  readonly options: Omit<VerifyOptions, 'url'>
}

const given = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Given
const stop = new AbortController()
setMaxListeners(0, stop.signal)
process.on('SIGTERM', () => stop.abort(new Error('told to stop')))

const measure = async (urls: readonly string[]): Promise<object> => {
  const [url = '', ...others] = urls
  try {
    const { checks, observations } = await verify(
      { ...given.options, url },
      { onProgress: () => undefined },
      stop.signal,
    )
    return { url, checks, observations }
  } catch (error) {
    if (others.length > 0) return measure(others)
    if (!(error instanceof UserError)) throw error
    return { url, error: { message: error.message, code: error.code, hint: error.hint } }
  }
}

process.stdout.write(`${JSON.stringify(await measure(given.urls))}\n`)
