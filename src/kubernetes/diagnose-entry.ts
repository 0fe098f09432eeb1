import { type Finding, graces } from './finding.ts'
import { type KubernetesObject, listAt, textAt } from './object.ts'
import { eventsOf } from './snapshot.ts'

/**
 * Why an entry point has no address. A controller that never says a word is not there, which only time tells. Pure.
 */
export function diagnoseEntry(entry: KubernetesObject, events: readonly KubernetesObject[]): Finding[] {
  const { kind } = entry
  const { name } = entry.metadata
  const said = eventsOf({ objects: [], events }, entry)
  const warning = said.find(one => one.type === 'Warning')
  const base = { subject: `${kind}/${name}`, show: ['describe', kind.toLowerCase(), name] }
  const refused = conditionsOf(entry).find(
    condition =>
      textAt(condition, 'status') === 'False' &&
      ['Accepted', 'Programmed'].includes(textAt(condition, 'type') ?? ''),
  )
  if (refused !== undefined && !/^(?:Pending|AddressNotAssigned)$/.test(textAt(refused, 'reason') ?? '')) {
    const words = textAt(refused, 'message') ?? textAt(refused, 'reason') ?? ''
    return [
      {
        ...base,
        code: 'entry.refused',
        message: `${kind} ${name} is refused by its controller: ${words}`,
        proof: [`${textAt(refused, 'type')}=False, ${textAt(refused, 'reason')}: ${words}`],
        graceMs: graces.slow,
      },
    ]
  }
  if (warning !== undefined) {
    return [
      {
        ...base,
        code: 'entry.refused',
        message: `the controller of ${kind} ${name} reports: ${warning.message}`,
        proof: [`${warning.reason} (${warning.count} times): ${warning.message}`],
        graceMs: graces.patient,
      },
    ]
  }
  if (said.length > 0 || conditionsOf(entry).some(condition => textAt(condition, 'status') === 'True'))
    return []
  return [
    {
      ...base,
      code: 'entry.no-controller',
      message: `nobody looks after ${kind} ${name}${className(entry)}: no controller has said a word`,
      proof: [],
      graceMs: graces.controller,
    },
  ]
}

const conditionsOf = (entry: KubernetesObject) => listAt(entry, 'status', 'conditions')

function className(entry: KubernetesObject): string {
  const name =
    textAt(entry, 'spec', 'gatewayClassName') ??
    textAt(entry, 'spec', 'ingressClassName') ??
    entry.metadata.annotations?.['kubernetes.io/ingress.class'] ??
    textAt(entry, 'spec', 'loadBalancerClass')
  return name === undefined ? '' : ` (class ${name})`
}
