// The licences of what is bundled: most of them ask that their text goes wherever the code goes.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const licenceFile = /^(?:licen[cs]e|copying)(?:[.-].*)?$/i

/** Folders of packages that have a byte in what esbuild made: `node_modules/zod`, `node_modules/@inquirer/core`. */
function packagesOf(metafiles) {
  const outputs = metafiles.flatMap(metafile => Object.values(metafile.outputs))
  const inputs = outputs.flatMap(output =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const folders = inputs.flatMap(path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].sort()
}

/** One text with name, version and licence of every bundled package. Throws for one that ships no licence. */
export function thirdParty(root, metafiles) {
  const parts = packagesOf(metafiles).map(folder => {
    const path = join(root, folder)
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
    const file = readdirSync(path).find(entry => licenceFile.test(entry))
    if (file === undefined && license === undefined) throw new Error(`${name} comes without a licence`)
    const text = file === undefined ? '' : `\n\n${readFileSync(join(path, file), 'utf8').trim()}`
    return `${name} ${version} (${license})${text}`
  })
  const rule = `\n\n${'-'.repeat(72)}\n\n`
  return `rtdeploy holds code of these packages.${rule}${parts.join(rule)}\n`
}
