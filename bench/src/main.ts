/** placeholder */
import { measure, medians } from './measurement.js'
import { mkdtempSync } from 'node:fs'
import { readOptions } from './options.js'
import { scenarios } from './scenarios/index.js'

export async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args, scenarios.map(({ name }) => name))
  const shared = mkdtempSync('/tmp/cowrite-bench-')
  for (const scenario of scenarios) {
    if (options.only.length > 0 && !options.only.includes(scenario.name)) continue
    const points = scenario.points(options.mode)
    for (let point = 0; point < points.length; point++) {
      for (const server of scenario.servers.filter((name) => options.servers.includes(name))) {
        const start = performance.now()
        const outcome = await measure({ scenario: scenario.name, point, server, mode: options.mode, shared })
        console.log(scenario.name, point, server, ((performance.now() - start) / 1000).toFixed(1), JSON.stringify(outcome))
        if ('figures' in outcome) medians([outcome.figures])
      }
    }
  }
  return 0
}
