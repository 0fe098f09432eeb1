import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Host } from '../run/host.ts'

/** Made by tools, or of no use to the app while it runs. */
const notSources = new Set([
  'node_modules',
  '.rtdeploy',
  '.git',
  'coverage',
  'test',
  'test-results',
  '.vscode',
  '.idea',
  'rtdeploy.yaml',
  'package-lock.json',
])

/** Where builds write. */
const outputs = new Set(['dist', 'build', 'out', '.next', '.nuxt', '.output', '.svelte-kit'])

/** Terraform keeps its own books beside its files, in one folder for each environment: they change no image. */
const books = /^(?:\.terraform(?:\.lock\.hcl)?|.*\.tfstate(?:\..*)?)$/

/** How the pages begin that `verify --html` writes. */
export const ownPage = /^<!doctype html>[\s\S]{0,300}<meta name="generator" content="rtdeploy/

export interface SourceOptions {
  /** Folders like `dist` count: no build makes them from other sources. */
  readonly outputs: boolean
}

/**
 * A digest over path and time of an app's source files, without what tools and rtdeploy itself write beside them. Reads no
 * contents but those of HTML pages: a person waits for this at each `up`.
 */
export async function digestSources(host: Host, project: string, options: SourceOptions): Promise<string> {
  const hash = createHash('sha256')
  const isSource = (name: string) =>
    !notSources.has(name) && !/\.(?:log|tsbuildinfo)$/.test(name) && (options.outputs || !outputs.has(name))
  const walk = async (folder: string): Promise<void> => {
    for (const entry of (await host.list(join(project, folder))) ?? []) {
      const path = `${folder}${entry.name}`
      if (books.test(entry.name) || (folder === '' && !isSource(entry.name))) continue
      if (entry.kind === 'folder' && entry.name !== 'node_modules') await walk(`${path}/`)
      else if (entry.kind === 'file') {
        if (path.endsWith('.html') && ownPage.test((await host.readFile(join(project, path))) ?? '')) continue
        hash.update(`${path}\0${await host.modifiedAt(join(project, path))}\0`)
      }
    }
  }
  await walk('')
  return hash.digest('hex')
}
