import { describe, expect, test } from '@jest/globals';
import {
  decodeBundle,
  encodeBundle,
  parseTilePath,
  type Tile,
  tilePath,
  tilesOfLevel,
} from '../../../core/log/tile.ts';

describe('tile paths', () => {
  const paths: readonly (readonly [string, Tile])[] = [
    ['tile/0/000', { level: 0, index: 0, width: 256 }],
    ['tile/0/x001/x234/067', { level: 0, index: 1_234_067, width: 256 }],
    ['tile/0/x001/x234/067.p/8', { level: 0, index: 1_234_067, width: 8 }],
    ['tile/entries/273.p/112', { level: 'entries', index: 273, width: 112 }],
    ['tile/2/000.p/1', { level: 2, index: 0, width: 1 }],
    ['tile/1/x001/000', { level: 1, index: 1000, width: 256 }],
  ];

  test.each(paths)('%s is written and read', (path, tile) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test.each([
    'tile/0/0',
    'tile/0/1000',
    'tile/0/x000/001',
    'tile/0/001/002',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/6/000',
    'tile/00/000',
    'tile/data/000',
    'tile/entries/../000',
    '/tile/0/000',
    'tile/0/000\n',
    'checkpoint',
  ])('%j names no tile', path => {
    expect(parseTilePath(path)).toBeNull();
  });

  test('a tree of 70,000 has the tiles the specification lists', () => {
    const at = (level: number) => [...tilesOfLevel(level, 70_000)].map(tilePath);
    expect(at(0)).toHaveLength(274);
    expect(at(0).at(-1)).toBe('tile/0/273.p/112');
    expect(at(1)).toEqual(['tile/1/000', 'tile/1/001.p/17']);
    expect(at(2)).toEqual(['tile/2/000.p/1']);
    expect(at(3)).toEqual([]);
  });

  test('a level that fills its last tile has no partial one', () => {
    expect([...tilesOfLevel('entries', 512)].map(tilePath)).toEqual(['tile/entries/000', 'tile/entries/001']);
    expect([...tilesOfLevel('entries', 0)]).toEqual([]);
  });
});

describe('entry bundles', () => {
  test('entries stand behind their length as a big-endian uint16', () => {
    expect(encodeBundle([Buffer.from('ab'), Buffer.alloc(0)])).toEqual(Uint8Array.of(0, 2, 97, 98, 0, 0));
  });

  test('what was encoded is decoded', () => {
    const entries = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(65_535, 7)].map(entry => new Uint8Array(entry));
    expect(decodeBundle(encodeBundle(entries)).map(entry => new Uint8Array(entry))).toEqual(entries);
  });

  test('an entry of 65,536 bytes does not fit', () => {
    expect(() => encodeBundle([new Uint8Array(65_536)])).toThrow('65535 is the most');
  });

  test.each([
    ['a length', Uint8Array.of(0)],
    ['an entry', Uint8Array.of(0, 2, 97)],
  ])('a bundle that ends inside %s is refused', (_, bytes) => {
    expect(() => decodeBundle(bytes)).toThrow('the bundle ends inside');
  });
});
