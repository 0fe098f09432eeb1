/** How long Google takes for what takes long, in minutes: measured by many, promised by nobody. */
const typical: Readonly<Record<string, string>> = {
  google_container_cluster: '5 to 10 min',
  google_container_node_pool: '2 to 4 min',
  google_redis_instance: '4 to 8 min',
  google_compute_network: '1 min',
}

/**
 * Follows what `terraform apply` prints, line by line, and says how far it is: `12 of 18; google_container_cluster 2m10s,
 * usually 5 to 10 min`. `total`: how many resources change. Undefined where a line says nothing new.
 */
export function terraformProgress(total: number): (line: string) => string | undefined {
  const busy = new Map<string, string>()
  let done = 0
  return line => {
    const [, address, what, rest = ''] =
      /^(\S+): (Creating|Modifying|Destroying|Importing|Still \w+|\w+ complete)(.*)$/.exec(line) ?? []
    if (address === undefined || what === undefined) return undefined
    if (what.endsWith('complete')) {
      busy.delete(address)
      done += 1
    } else busy.set(address, /\[(?:.*, )?([\dhms]+) elapsed\]/.exec(rest)?.[1] ?? '')
    const [slowest] = [...busy].sort((a, b) => Number(isSlow(b[0])) - Number(isSlow(a[0])))
    const counted = `${done} of ${Math.max(total, done)}`
    if (slowest === undefined) return counted
    const type = slowest[0].split('.')[0] ?? ''
    const usual = typical[type] === undefined ? '' : `, usually ${typical[type]}`
    return `${counted}; ${type.replace(/^google_/, '').replaceAll('_', ' ')} ${slowest[1]}${usual}`
      .replace(/ +,/, ',')
      .trimEnd()
  }
}

const isSlow = (address: string) => (address.split('.')[0] ?? '') in typical
