import type { Compliance } from './types.ts';

/** The report for programs; `findings` has one entry for each control, place and answer. */
export function complianceJson(report: Compliance): unknown {
  const { rev, day, minor, baselineDigest, controls, hostCount, groups, areas, standings, waivers, problems } = report;
  return {
    rev,
    day,
    kubernetes: minor,
    baselineDigest,
    controls,
    hostCount,
    groups,
    areas: areas.map(area => ({
      ...area,
      groups: standings
        .filter(standing => standing.area === area.title)
        .map(({ inventory, group, hosts, counts }) => ({ inventory, group, hosts, counts })),
    })),
    findings: report.findings.map(({ control, area, standing, on, waiver, ...place }) => ({
      control: control.id,
      title: control.title,
      area,
      severity: control.severity,
      profile: control.profile,
      result: standing,
      groups: on,
      ...place,
      fix: control.fix,
      standards: control.standards,
      threats: control.threats,
      waiver,
    })),
    waivers: waivers.map(({ waiver, state }) => ({ ...waiver, state })),
    problems: problems.map(({ file, line, code, message }) => ({ file, line, code, message })),
  };
}
