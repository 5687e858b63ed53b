import { describe, expect, test } from '@jest/globals';
import { parseGoFloat } from '../../../core/kubelet/go-float.ts';
import { random } from '../../conformance/random.ts';

describe("a number as Go's ParseFloat reads it", () => {
  test.each([
    ['0x1p3', 8],
    ['0x.8p1', 1],
    ['0x_1p3', 8],
    ['0x1.fffffffp0', 2],
    ['1_0', 10],
    ['1e1_0', 1e10],
    ['.5', 0.5],
    ['5.', 5],
    ['0e99999', 0],
    ['1e-46', 0],
    ['3.4028235677973366e38', 3.4028234663852886e38],
    ['NaN', Number.NaN],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('%s in 32 bits', (text, value) => {
    expect(parseGoFloat(text, 32)).toBe(value);
  });

  test.each(['', '.', '1__0', '_1', '1_', '1_.5', '1._5', '0x1', '0x1p', '0xp1', '+nan', 'infi', '1e_1', '1e39', ' 1'])(
    '%j is refused',
    text => {
      expect(parseGoFloat(text, 32)).toBeNull();
    },
  );

  test('is the nearest one of 64 bits, whatever its length', () => {
    const from = random(7);
    for (let left = 2000; left > 0; left--) {
      const digits = Array.from({ length: 1 + from.below(40) }, () => from.below(10)).join('');
      const text = `${digits}e${from.below(600) - 340}`;
      const value = Number(text);
      expect({ text, value: parseGoFloat(text, 64) }).toEqual({ text, value: Number.isFinite(value) ? value : null });
    }
  });
});
