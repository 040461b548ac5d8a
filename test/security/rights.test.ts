/**
 * Rule AC6: which right holds for a document.
 */
import { globMatches, type Right, roleIn } from '@cowrite/server'
import { describe, expect, it } from 'vitest'
import { PATIENCE } from '../support/patience.js'

describe('rights', () => {
  it('[AC6] the first that matches holds, and where none does there is none', () => {
    const rights: Right[] = [
      { document: 'team/secret', role: 'none' },
      { glob: 'team/*/notes', role: 'comment' },
      { prefix: 'team/', role: 'write' },
      { document: 'story', role: 'read' },
      { document: 'story', role: 'admin' },
    ]
    const roles = Object.fromEntries(['team/secret', 'team/a/notes', 'team/a/b/notes', 'team/', 'team', 'story', 'story/', 'Story', ''].map((name) => [name, roleIn(rights, name)]))
    expect(roles).toEqual({
      'team/secret': 'none', 'team/a/notes': 'comment', 'team/a/b/notes': 'write', 'team/': 'write', team: 'none', story: 'read', 'story/': 'none', Story: 'none', '': 'none',
    })
    expect(roleIn([{ prefix: '', role: 'read' }], 'anything/at all')).toBe('read')
  })

  it.each([
    ['a*c', ['ac', 'abc', 'abbc'], ['a/c', 'ab', 'xabc']],
    ['a**c', ['ac', 'a/b/c', 'abc'], ['a', 'ab']],
    ['**', ['', 'a', 'a/b'], []],
    ['*', ['', 'a'], ['a/b', '/']],
    ['?', ['a', 'é', '😀'], ['', 'ab', '/']],
    ['*/notes', ['a/notes', '/notes'], ['notes', 'a/b/notes', 'a/notes/']],
    ['**/notes', ['a/notes', 'a/b/notes', '/notes'], ['notes']],
    ['a.c[x](y)^$+', ['a.c[x](y)^$+'], ['abc[x](y)^$+']],
    ['é?', ['é1'], ['e1']],
  ])('[AC6] the glob %s stands for whole names', (glob, matching, others) => {
    for (const name of matching) expect(globMatches(glob, name), name).toBe(true)
    for (const name of others) expect(globMatches(glob, name), name).toBe(false)
  })

  it('[AC6] no glob takes long, whatever the name', () => {
    const start = performance.now()
    for (const glob of ['*a'.repeat(256), '**a'.repeat(170), '*?'.repeat(256), '**/'.repeat(170)]) globMatches(glob, `${'a'.repeat(511)}!`)
    expect(performance.now() - start).toBeLessThan(1_000 * PATIENCE)
  })
})
