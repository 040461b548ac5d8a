/** Document names: what is one, and how it stands in a path. */
import { documentNameOfPath, isDocumentName, MAX_NAME_BYTES, pathOfDocumentName } from '@cowrite/protocol'
import { describe, expect, it } from 'vitest'
import { firstSeed, randomFrom, runCount } from './random.js'

describe('document names', () => {
  it('[WI8] 1 to 512 bytes of UTF-8', () => {
    expect(MAX_NAME_BYTES).toBe(512)
    for (const name of ['a', 'a/b', '/', ' ', '..', '\u0000', '__proto__', 'é', '😀'.repeat(128), 'x'.repeat(512)]) {
      expect(isDocumentName(name), name).toBe(true)
    }
    for (const name of ['', 'x'.repeat(513), '😀'.repeat(129), 'é'.repeat(257), '\ud800', 'a\udc00']) {
      expect(isDocumentName(name), name).toBe(false)
    }
  })

  it.each([
    ['/doc', 'doc'],
    ['/a/b//c/', 'a/b//c/'],
    ['/a%20b%2Fc', 'a b/c'],
    ['/%C3%A9%F0%9F%98%80', 'é😀'],
    ['/é', 'é'],
    ['/100%', '100%'],
    ['/100%zz%2', '100%zz%2'],
    ['/50%25', '50%'],
    ['/doc?token=x/y?z', 'doc'],
    ['/a+b', 'a+b'],
    ['/__proto__', '__proto__'],
    ['/%00', '\u0000'],
    ['/../x', '../x'],
  ])('[WI9] %s names %j', (path, name) => {
    expect(documentNameOfPath(path)).toBe(name)
  })

  it.each(['/', '', 'doc', '/?x', '/%ff', '/%C3', '/%ED%A0%80', `/${'x'.repeat(513)}`, `/${'%C3%A9'.repeat(257)}`])('[WI9] %j names none', (path) => {
    expect(documentNameOfPath(path)).toBeUndefined()
  })

  it('[WI9] what stands before the name is given', () => {
    expect(documentNameOfPath('/d/a/b', '/d/')).toBe('a/b')
    expect(documentNameOfPath('/x/a', '/d/')).toBeUndefined()
    expect(documentNameOfPath('/d/', '/d/')).toBeUndefined()
  })

  it('[WI10] every name has a path that leads back to it', () => {
    expect(pathOfDocumentName('a b/é?#%')).toBe('/a%20b/%C3%A9%3F%23%25')
    expect(pathOfDocumentName('x', '/d/')).toBe('/d/x')
    const first = firstSeed()
    for (let seed = first; seed < first + runCount(2000); seed++) {
      const random = randomFrom(seed)
      const name = Array.from({ length: 1 + random.int(8) }, () =>
        random.pick(['a', '/', '%', '%2', '%41', '?', '#', ' ', '.', '..', 'é', '😀', '\u0000', '\\', '+', '&', '"'])).join('')
      expect(documentNameOfPath(pathOfDocumentName(name, '/d/'), '/d/'), `seed ${seed}`).toBe(name)
    }
  })
})
