#!/usr/bin/env node
// Old Nodes must be able to parse this file, so that they can print the sentence below.
var version = process.versions.node.split('.').map(Number)
var tooOld =
  version[0] < 20 ||
  version[0] === 21 ||
  (version[0] === 20 && version[1] < 19) ||
  (version[0] === 22 && version[1] < 12)
// Answered before anything is imported: a twentieth over a bare node instead of a third.
function answer(text) {
  process.stdout.on('error', error => {
    if (error.code === 'EPIPE') return
    process.stderr.write(
      `error: the output cannot be written (${error.code})\nhint: df -h\ncode: output.failed\n`,
    )
    process.exitCode = 1
  })
  process.stdout.write(text)
}
var asked = process.argv.length === 3 ? process.argv[2] : ''
if (asked === '--version' || asked === '-V') {
  answer(`${require('../package.json').version}\n`)
} else if (tooOld) {
  process.stderr.write(
    'error: rtdeploy needs Node 20.19 or later, or 22.12 or later; this is Node ' +
      process.versions.node +
      '\n' +
      'hint: install a current Node from https://nodejs.org and run the command again\n' +
      'code: node.too-old\n',
  )
  process.exitCode = 3
} else if (asked === '--help' || asked === '-h') {
  answer(require('node:fs').readFileSync(`${__dirname}/../dist/help.txt`, 'utf8'))
} else {
  require('../dist/main.js').runProcess(process, require('node:path').join(__dirname, '..'))
}
