/**
 * What a scenario is, what it yields, and how it is judged.
 *
 * Owns: the types that scenarios/, the load process and the report share.
 * Does not own: running (measurement.ts, load/main.ts) or printing (report/).
 * Always holds: figures are plain numbers under fixed names with the unit in the name (`cpuUs`, `p99Ms`);
 * a figure that could not be had is absent, never zero.
 */
import type { ServerUnderTest, StartOptions } from './server-under-test.js'

/** Who can be measured. `cowrite-no-history` is Cowrite with `--history none`. */
export const SERVER_NAMES = ['cowrite', 'cowrite-no-history', 'hocuspocus', 'y-websocket', 'blind'] as const
export type ServerName = (typeof SERVER_NAMES)[number]

/** `quick`: seconds for each figure, to notice a change. `full`: the loads of the aims. */
export type Mode = 'quick' | 'full'

export type Figures = Record<string, number>

/** What a point of a scenario gets to work with, inside the load process. */
export interface Bench {
  readonly server: ServerName
  readonly mode: Mode
  /** Starts the server under test; it is stopped and its directory removed at the end, if not before. */
  start(options?: StartOptions): Promise<ServerUnderTest>
  /** A new empty directory of this measurement. */
  newDirectory(): string
  /** Directory that all measurements of this run of the suite share, for what is costly to prepare. */
  readonly shared: string
}

/** One load of a scenario. */
export interface Point {
  readonly label: string
  /** The load as a number, for plots. */
  readonly load: number
  readonly run: (bench: Bench) => Promise<Figures>
}

export interface Column {
  readonly key: string
  readonly label: string
  readonly digits: number
}

/** The figures of one scenario by server and point. */
export interface Table {
  /** A figure; undefined where it was not measured or the server fell over. */
  figure(server: ServerName, key: string, pointLabel?: string): number | undefined
}

/** One thing to be reached. */
export interface Aim {
  /** Stable name, for the committed baseline. */
  readonly id: string
  readonly text: string
  /** What was measured; undefined when it could not be judged. */
  readonly value: (table: Table) => number | undefined
  /** Reached when the value is at most this. */
  readonly atMost: number
  /** Whether `--check` guards it: ratios to a peer measured in the same run, but not latencies, which waver. */
  readonly guarded: boolean
}

/** A picture of a figure against the load. */
export interface PlotOf {
  readonly key: string
  readonly title: string
  readonly xLabel: string
  readonly yLabel: string
}

export interface Scenario {
  readonly name: string
  readonly title: string
  /** Written before measuring: what should come out, and why. */
  readonly prediction: string
  /** What exactly is done, beyond the title. */
  readonly notes: string
  readonly servers: readonly ServerName[]
  /** Fewer servers for a quick run, which has 3 minutes for everything. */
  readonly quickServers?: readonly ServerName[]
  /** No points: not in this mode. */
  readonly points: (mode: Mode) => readonly Point[]
  /** How often each figure is measured; medians are reported. */
  readonly repeats: Readonly<Record<Mode, number>>
  readonly columns: readonly Column[]
  readonly aims: readonly Aim[]
  readonly plots: readonly PlotOf[]
}

/** `a / b` where both are there. */
export const ratio = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined || b === 0 ? undefined : a / b

/** The columns that every scenario with a window of load ends with. */
export const LOOP_COLUMNS: readonly Column[] = [
  { key: 'loopP99Ms', label: 'loop delay p99 ms', digits: 1 },
  { key: 'loopMaxMs', label: 'loop delay max ms', digits: 0 },
  { key: 'ownP99Ms', label: 'of its own p99 ms', digits: 1 },
  { key: 'ownMaxMs', label: 'of its own max ms', digits: 0 },
  { key: 'waitedShare', label: 'server waited for its core', digits: 2 },
  { key: 'generatorBusy', label: 'load generator busy', digits: 2 },
]

/** The event loop never stalls, in whatever scenario. */
export const loopAims = (name: string, pointLabel?: string): readonly Aim[] => [
  {
    id: `${name}.loop-p99`, text: 'event-loop delay p99 of Cowrite at most 20 ms', atMost: 20, guarded: false,
    value: (table) => table.figure('cowrite', 'loopP99Ms', pointLabel),
  },
  {
    id: `${name}.loop-max`, text: 'event-loop delay of Cowrite never over 100 ms', atMost: 100, guarded: false,
    value: (table) => table.figure('cowrite', 'loopMaxMs', pointLabel),
  },
]
