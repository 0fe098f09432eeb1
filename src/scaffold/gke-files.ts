import * as section from '../../templates/gke/section.yaml.hbs'
import type { GkeConfig } from '../config/gke.ts'
import type { TreeFile } from '../run/host.ts'
import { render } from './render.ts'
import { terraformFiles } from './terraform.ts'

/** A project's files with its section `gke` and infra/terraform. `template` is templates/terraform. Pure. */
export function withGke(
  files: readonly TreeFile[],
  template: readonly TreeFile[],
  name: string,
  gke: GkeConfig,
): TreeFile[] {
  const text = render(section, {
    ...gke,
    namespace: gke.namespace ?? name,
    zone: gke.zone ?? '',
    host: gke.host ?? '',
    cluster: gke.cluster?.name ?? '',
    location: gke.cluster?.location ?? '',
    network: gke.network?.name ?? '',
    subnetwork: gke.network?.subnetwork ?? '',
  })
  const extended = files.map(file =>
    file.path === 'rtdeploy.yaml' ? { ...file, contents: `${String(file.contents)}${text}` } : file,
  )
  return [...extended, ...terraformFiles(template, name, gke)]
}
