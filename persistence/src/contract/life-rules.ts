/**
 * Contract of Storage: removal, listing, closing and opening again.
 *
 * Owns: the rules of how documents and the storage itself come and go. Does not own: their content.
 * Always holds: each title begins with the id of its rule in SPEC.md.
 */
import { callsWith } from './log-rules.js'
import { bytewise, NASTY_NAMES } from './nasty-names.js'
import { entryOf, refusalOf, type Rule, type StorageSubject, snapshotOf, tailOf, type TestApi } from './subject.js'

export function lifeRules(rule: Rule, { expect }: TestApi): void {
  const four = [1, 2, 3, 4].map((id) => entryOf('a', id))

  rule('[ST15] a removed document refuses everything but restore and erase, by its name', async ({ storage }) => {
    await storage.append([...four, entryOf('b', 1)])
    await storage.remove('a')
    await storage.remove('a')
    expect(await refusalOf(storage.load('a'))).toBe('removed')
    expect(await refusalOf(storage.compact('a', snapshotOf(1), 1))).toBe('removed')
    expect(await refusalOf(storage.quarantine('a', 1, 'a reason'))).toBe('removed')
    expect(await refusalOf(storage.create('a'))).toBe('removed')
    expect(await storage.append([entryOf('a', 5)]).catch((error: { document?: string }) => error.document)).toBe('a')
    expect(await storage.list({ limit: 10 })).toEqual(['b'])
    expect(await tailOf(storage, 'b')).toEqual([1])
  })

  rule('[ST15] removing or restoring what is not there makes nothing', async ({ storage }) => {
    await storage.remove('a')
    await storage.restore('a')
    await storage.erase('a')
    expect(await storage.load('a')).toBe(undefined)
    expect(await storage.append([entryOf('a', 1)])).toEqual([1])
    await storage.restore('a')
    expect(await tailOf(storage, 'a')).toEqual([1])
  })

  rule('[ST16] restore brings back everything, in the same epoch', async ({ storage }) => {
    await storage.append(four)
    await storage.compact('a', snapshotOf(1), 2)
    await storage.quarantine('a', 3, 'a reason')
    const before = await storage.load('a')
    await storage.remove('a')
    await storage.restore('a')
    expect(await storage.load('a')).toEqual(before)
    expect(await storage.append([entryOf('a', 5)])).toEqual([5])
    expect(await storage.list({ limit: 10 })).toEqual(['a'])
  })

  rule('[ST34] tells which files a document refers to, in whatever is kept of it, and which all of them do', async ({ storage, history }) => {
    const hash = (digit: string): string => digit.repeat(64)
    const saying = (name: string, words: string): Parameters<typeof storage.append>[0][number] => ({ name, update: Buffer.from(words), time: 1 })
    await storage.append([
      saying('a', `src /files/${hash('1')} and https://x.test/files/${hash('2')}?`),
      saying('a', `/files/${hash('3')}`),
      saying('a', `/files/${'4'.repeat(63)} /files/${hash('A')} /file/${hash('5')} ${hash('6')} /files/`),
      saying('b', `/files/${hash('3')}`),
      saying('c', `/files/${hash('7')}`),
    ])
    await storage.compact('a', { update: Buffer.from(`/files/${hash('8')}`), stateVector: Uint8Array.of(0), deletions: Uint8Array.of(0, 0) }, 1)
    await storage.quarantine('a', 2, 'a reason')
    await storage.remove('c')
    const found = async (name?: string): Promise<string> => [...(await storage.mentionedFiles(name))].map((file) => file[0]).toSorted().join('')
    // With history the log that a snapshot covers is kept, too.
    expect(await found('a')).toBe(history === 'keep' ? '1238' : '38')
    expect(await found('b')).toBe('3')
    expect(await found('c')).toBe('7')
    expect(await found('not there')).toBe('')
    expect(await found()).toBe(history === 'keep' ? '12378' : '378')
    await storage.erase('a')
    expect(await found('a')).toBe('')
    expect(await found()).toBe('37')
    expect(await refusalOf(storage.mentionedFiles(''))).toBe('TypeError')
  })

  rule('[ST17] an erased document is gone for good, and its name refuses until it is created anew', async ({ storage }) => {
    for (const removedBefore of [false, true]) {
      await storage.create('a')
      await storage.append(four)
      await storage.compact('a', snapshotOf(1), 2)
      await storage.quarantine('a', 3, 'a reason')
      const epoch = (await storage.load('a'))?.epoch
      if (removedBefore) await storage.remove('a')
      await storage.erase('a')
      await storage.erase('a')
      await storage.restore('a')
      await storage.remove('a')
      for (const call of [() => storage.load('a'), () => storage.compact('a', snapshotOf(1), 1), () => storage.append(four)]) {
        expect(await refusalOf(call())).toBe('removed')
      }
      expect(await refusalOf(storage.quarantine('a', 1, 'a reason'))).toBe('removed')
      expect(await storage.list({ limit: 10 })).toEqual([])
      await storage.create('a')
      expect(await refusalOf(storage.append([{ ...entryOf('a', 9), epoch: epoch ?? '' }]))).toBe('conflict')
      expect(await storage.append([entryOf('a', 9)])).toEqual([1])
      const fresh = await storage.load('a')
      expect({ ...fresh, epoch: fresh?.epoch === epoch, tail: fresh?.tail.length, former: undefined }).toEqual({
        epoch: false,
        former: undefined,
        snapshot: undefined,
        tail: 1,
        quarantined: 0,
      })
      await storage.erase('a')
    }
  })

  rule('[ST25] create makes an empty document, once; of one that is there it changes nothing', async ({ storage }) => {
    await storage.create('a')
    const empty = await storage.load('a')
    expect({ ...empty, epoch: typeof empty?.epoch }).toEqual({
      epoch: 'string', former: Uint8Array.of(0), snapshot: undefined, tail: [], quarantined: 0,
    })
    expect(await storage.list({ limit: 10 })).toEqual(['a'])
    await storage.append(four)
    const before = await storage.load('a')
    await storage.create('a')
    expect(await storage.load('a')).toEqual(before)
    expect(before?.epoch).toBe(empty?.epoch)
  })

  rule('[ST26] what was erased leaves how far its clients had got, over all lineages, and nothing else', async ({ storage }) => {
    /** Client 7 wrote this much into a text: as Yjs writes it, each time after what it wrote before. */
    const typed = (client: number, clock: number, text: string): Uint8Array => {
      const utf8 = new TextEncoder().encode(text)
      const place = clock === 0 ? [0x04, 0x01, 0x01, 0x74] : [0x84, client, clock - 1]
      return Uint8Array.of(1, 1, client, clock, ...place, utf8.length, ...utf8, 0)
    }
    const entry = (update: Uint8Array) => ({ name: 'a', update, time: 0 })
    await storage.append([entry(typed(7, 0, 'abc')), entry(typed(7, 3, 'de')), entry(typed(5, 0, 'x')), entry(Uint8Array.of(9))])
    await storage.quarantine('a', 3, 'a reason')
    await storage.erase('a')
    await storage.create('a')
    // Two clients, the higher id first: 7 had got to 5, 5 to 1.
    expect((await storage.load('a'))?.former).toEqual(Uint8Array.of(2, 7, 5, 5, 1))
    await storage.append([entry(typed(7, 0, 'a')), entry(typed(9, 0, 'zz'))])
    await storage.compact('a', { ...snapshotOf(1), stateVector: Uint8Array.of(1, 9, 2) }, 2)
    await storage.erase('a')
    await storage.create('a')
    expect((await storage.load('a'))?.former).toEqual(Uint8Array.of(3, 9, 2, 7, 5, 5, 1))
  })

  rule('[ST27] listRemoved gives removed and erased documents with their time, in order, page by page', async ({ storage }) => {
    await storage.append(NASTY_NAMES.map((name, id) => entryOf(name, id)))
    const sorted = NASTY_NAMES.toSorted(bytewise)
    const gone = sorted.filter((_name, id) => id % 2 === 0)
    for (const [id, name] of gone.entries()) await (id % 3 === 0 ? storage.erase(name, id) : storage.remove(name, id))
    await storage.remove(gone[1] as string, 99)
    const expected = gone.map((name, id) => ({ name, time: id, erased: id % 3 === 0 }))
    const pages: unknown[] = []
    for (let after: string | undefined; ; ) {
      const page = await storage.listRemoved(after === undefined ? { limit: 3 } : { after, limit: 3 })
      if (page.length === 0) break
      pages.push(...page)
      after = page.at(-1)?.name as string
    }
    expect(pages).toEqual(expected)
    expect(await storage.list({ limit: 1000 })).toEqual(sorted.filter((_name, id) => id % 2 === 1))
    expect(await refusalOf(storage.listRemoved({ limit: 0 }))).toBe('TypeError')
    expect(await refusalOf(storage.remove('a', Number.NaN))).toBe('TypeError')
  })

  rule('[ST18] names are listed in bytewise order, page by page, each once', async ({ storage }) => {
    const sorted = NASTY_NAMES.toSorted(bytewise)
    await storage.append(NASTY_NAMES.map((name, id) => entryOf(name, id)))
    expect(await storage.list({ limit: 1000 })).toEqual(sorted)
    for (const limit of [1, 7]) {
      const pages: string[] = []
      for (let after: string | undefined; ; ) {
        const page = await storage.list(after === undefined ? { limit } : { after, limit })
        if (page.length === 0) break
        pages.push(...page)
        after = page.at(-1) as string
      }
      expect(pages).toEqual(sorted)
    }
    for (const after of ['a/', 'not there']) {
      const later = sorted.filter((name) => bytewise(name, after) > 0)
      expect(await storage.list({ after, limit: 3 })).toEqual(later.slice(0, 3))
    }
    expect(await refusalOf(storage.list({ limit: 0 }))).toBe('TypeError')
  })

  rule('[ST19] probe resolves while saving works, and changes no document', async ({ storage }) => {
    await storage.probe()
    expect(await storage.list({ limit: 10 })).toEqual([])
  })

  rule('[ST20] close waits for what is under way; every later call is refused as closed', async ({ storage }) => {
    const underWay = [storage.append(four), storage.compact('a', snapshotOf(1), 4), storage.load('a')]
    await Promise.all([storage.close(), storage.close()])
    expect((await Promise.allSettled(underWay)).map(({ status }) => status)).toEqual(underWay.map(() => 'fulfilled'))
    await storage.close()
    for (const call of callsWith(storage, 'a')) expect(await refusalOf(call())).toBe('closed')
    expect(await refusalOf(storage.append([entryOf('a', 5)]))).toBe('closed')
    expect(await refusalOf(storage.list({ limit: 1 }))).toBe('closed')
    expect(await refusalOf(storage.probe())).toBe('closed')
  })
}

/** For those that outlive closing. */
export function reopeningRules(rule: Rule, { expect }: TestApi): void {
  rule('[ST21] opened again, everything is as it was', async (subject) => {
    const { storage } = subject
    const four = [1, 2, 3, 4]
    const names = ['a', 'b', 'removed', 'erased', 'plain']
    await storage.append(names.flatMap((name) => four.map((id) => entryOf(name, id))))
    await storage.compact('a', snapshotOf(1), 2)
    await storage.compact('b', snapshotOf(1), 4)
    await storage.quarantine('a', 4, 'a reason')
    const loadAll = (from: typeof storage) => Promise.all(['a', 'b', 'plain', 'removed'].map((name) => from.load(name)))
    const before = await loadAll(storage)
    await storage.remove('removed')
    await storage.erase('erased')
    const again = await reopened(subject)
    expect(await refusalOf(again.load('removed'))).toBe('removed')
    expect(await again.list({ limit: 10 })).toEqual(['a', 'b', 'plain'])
    await again.restore('removed')
    expect(await loadAll(again)).toEqual(before)
    expect(await refusalOf(again.load('erased'))).toBe('removed')
    await again.create('erased')
    expect(await again.append(names.map((name) => entryOf(name, 5)))).toEqual([5, 5, 5, 1, 5])
  })
}

async function reopened({ storage, reopen }: StorageSubject): Promise<StorageSubject['storage']> {
  if (reopen === undefined) throw new Error('the subject was said to outlive closing')
  await storage.close()
  return reopen()
}
