import { basename, dirname, join, relative, resolve } from 'node:path'
import { parseDocument } from 'yaml'
import { exitCodes, UserError } from '../errors.ts'
import type { Host } from '../run/host.ts'
import { adoptCompose } from './adopt-compose.ts'
import { adoptExisting } from './adopt-dockerfile.ts'
import { adoptSkaffold, manifestsOfSkaffold } from './adopt-skaffold.ts'
import { type Adopted, isRecord } from './adopted.ts'

type AdoptHost = Pick<Host, 'cwd' | 'kindOf' | 'readFile' | 'list'>

/**
 * What is to be had of a skaffold.yaml or a compose file, by its content.
 * Throws a `UserError` (exit 2) when there is none, when it is no YAML, and when it is neither of the two.
 */
export async function readAdopted(host: AdoptHost, file: string): Promise<Adopted> {
  const path = resolve(host.cwd, file)
  const text = (await host.kindOf(path)) === 'file' ? await host.readFile(path) : undefined
  if (text === undefined)
    throw refusal(`there is no file ${file}`, 'missing', 'name a skaffold.yaml or a compose.yaml')
  const document = parse(text, file)
  if (!isRecord(document)) throw unknown(file)
  if (String(document.apiVersion ?? '').startsWith('skaffold/')) {
    const { found, unread } = await readManifests(host, dirname(path), manifestsOfSkaffold(document))
    return adoptSkaffold(document, file, found, unread)
  }
  if (isRecord(document.services)) return adoptCompose(document, file)
  throw unknown(file)
}

/**
 * What is to be had of the Dockerfile and the package.json of a folder.
 * Throws a `UserError` (exit 2) when it has neither, and when its package.json is none.
 */
export async function readExisting(host: AdoptHost, folder: string): Promise<Adopted> {
  const path = resolve(host.cwd, folder)
  const [dockerfile, text] = await Promise.all(
    ['Dockerfile', 'package.json'].map(async name => {
      const file = join(path, name)
      return (await host.kindOf(file)) === 'file' ? host.readFile(file) : undefined
    }),
  )
  if (dockerfile === undefined && text === undefined)
    throw existing(
      `${path} has neither a package.json nor a Dockerfile`,
      'missing',
      'name the folder of an app that is there',
    )
  const manifest = text === undefined ? undefined : manifestOf(text, join(path, 'package.json'))
  return adoptExisting({ dockerfile, manifest, folder: basename(path) })
}

function manifestOf(text: string, path: string): unknown {
  try {
    const manifest: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    if (isRecord(manifest)) return manifest
  } catch (cause) {
    throw existing(`${path} is no JSON: ${(cause as Error).message}`, 'invalid', 'correct it first')
  }
  throw existing(`${path} holds no object`, 'invalid', 'correct it first')
}

function parse(text: string, file: string): unknown {
  const document = parseDocument(text, { merge: true })
  const [error] = document.errors
  try {
    if (error === undefined) return document.toJS({ maxAliasCount: 100 })
  } catch (cause) {
    // More aliases than a person writes.
    throw refusal(`${file} cannot be read: ${(cause as Error).message}`, 'invalid', 'write it out')
  }
  throw refusal(`${file} is no YAML: ${error.message.split('\n')[0]}`, 'invalid', 'correct it first')
}

/** Files by their path relative to the folder; a `*` in the last part stands for anything. */
async function readManifests(host: AdoptHost, folder: string, patterns: readonly string[]) {
  const found = new Map<string, string>()
  const unread: string[] = []
  for (const pattern of patterns) {
    const within = relative(folder, resolve(folder, pattern))
    const parent = dirname(within)
    const name = new RegExp(`^${escaped(basename(within)).replaceAll('\\*', '.*')}$`)
    // Nothing outside the project is read because of a file in it.
    const entries = within.startsWith('..') ? [] : ((await host.list(join(folder, parent))) ?? [])
    const files = entries.filter(entry => entry.kind === 'file' && name.test(entry.name))
    if (files.length === 0) unread.push(pattern)
    for (const file of files) {
      const text = await host.readFile(join(folder, parent, file.name))
      if (text !== undefined) found.set(join(parent, file.name), text)
    }
  }
  return { found, unread }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

const unknown = (file: string) =>
  refusal(
    `${file} is neither a skaffold.yaml nor a compose file`,
    'unknown',
    'name a skaffold.yaml or a compose.yaml',
  )

const existing = (message: string, what: string, hint: string) =>
  new UserError(message, { code: `existing.${what}`, hint, exitCode: exitCodes.usage })

function refusal(message: string, what: string, hint: string): UserError {
  return new UserError(message, { code: `from.${what}`, hint, exitCode: exitCodes.usage })
}
