import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { initKubernetes, kubernetesCases } from '../support/kubernetes-cases.ts'

export interface ManifestObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly spec?: unknown
}

export interface Rendered {
  readonly name: string
  /** All objects in one YAML file. */
  readonly path: string
  readonly objects: readonly ManifestObject[]
}

const digest = `sha256:${'0'.repeat(64)}`

/**
 * Every case as `kubectl kustomize` renders it, with a release's image and namespace laid over it as `up` does. Disposing removes the files.
 */
export async function renderCases(
  kubectl: string,
  namespace?: string,
): Promise<{ readonly cases: readonly Rendered[]; readonly folder: string } & Disposable> {
  const folder = mkdtempSync(join(tmpdir(), 'rtdeploy-judges-'))
  const cases: Rendered[] = []
  for (const [name, args] of kubernetesCases) {
    using made = await initKubernetes(name, args)
    const overlay = join(made.folder, '../../overlay')
    mkdirSync(overlay)
    writeFileSync(
      join(overlay, 'kustomization.yaml'),
      JSON.stringify({
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: [relative(overlay, made.folder)],
        images: [{ name: made.app, newName: 'registry.example.com/team/chat', digest }],
        ...(namespace === undefined ? {} : { namespace }),
      }),
    )
    const text = execFileSync(kubectl, ['kustomize', overlay], { encoding: 'utf8' })
    const path = join(folder, `${name}.yaml`)
    writeFileSync(path, text)
    cases.push({
      name,
      path,
      objects: parseAllDocuments(text).map(document => document.toJS() as ManifestObject),
    })
  }
  return { cases, folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
