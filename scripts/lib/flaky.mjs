// Browser tests that passed only at the second try, as Playwright's JSON report tells them.

/** @typedef {{ title: string, file: string, line: number, tests: { status: string }[] }} Spec */
/** @typedef {{ specs?: Spec[], suites?: Suite[] }} Suite */

/** @param {Suite} suite @returns {Spec[]} */
const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)]

/** Where each flaky test stands, as Playwright's command line takes it. @param {Suite & { config: { rootDir: string } }} report */
export const flakyTests = (report) =>
  specsOf(report)
    .filter(({ tests }) => tests.some(({ status }) => status === 'flaky'))
    .map(({ title, file, line }) => ({ title, place: `${file}:${line}` }))
