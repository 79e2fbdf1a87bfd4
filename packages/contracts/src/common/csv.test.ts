// Guards: no cell of any CSV is run by a spreadsheet, and what is a number stays one.
import { expect, it } from 'vitest'
import { csvCell, csvText } from './csv.js'

it.each([
  ['=1+1', "'=1+1"],
  ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ["+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', `"'\t=1"`],
  ['\r=1', `"'\r=1"`],
  ['\n=1', `"'\n=1"`],
  [' =1', "' =1"],
])('marks %j as text', (given, expected) => expect(csvCell(given)).toBe(expected))

it.each<[string | number | null | undefined, string]>([
  [-1.5, '-1.5'],
  [1e-7, '1e-7'],
  [Number.NaN, ''],
  [Number.POSITIVE_INFINITY, ''],
  [null, ''],
  [undefined, ''],
  ['-1.5', '-1.5'],
  ['+3e4', '+3e4'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['two\nlines', '"two\nlines"'],
  ['a;b', '"a;b"'],
  [' padded ', '" padded "'],
  ['a=b', 'a=b'],
])('writes %j as it is', (given, expected) => expect(csvCell(given)).toBe(expected))

it('ends every row', () => {
  expect(
    csvText([
      ['step', '=x'],
      [1, null],
    ]),
  ).toBe("step,'=x\n1,\n")
  expect(csvText([])).toBe('')
})
