// What a search finds: names that begin with the words first, then those that contain them.
export interface Found {
  name: string;
  kind: 'IoT hub' | 'Resource group';
  to: string;
}

const FOUND_MAX = 8;

export function findResources(
  text: string,
  hubs: { name: string }[],
  groups: { name: string }[],
): Found[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const all: Found[] = [
    ...hubs.map(({ name }) => ({
      name, kind: 'IoT hub' as const, to: `/hubs/${encodeURIComponent(name)}`,
    })),
    ...groups.map(({ name }) => ({
      name, kind: 'Resource group' as const, to: `/groups/${encodeURIComponent(name)}`,
    })),
  ];
  const rank = (found: Found) => found.name.toLowerCase().indexOf(wanted);
  return all
    .filter((found) => rank(found) >= 0)
    .sort((a, b) => Number(rank(a) > 0) - Number(rank(b) > 0) || a.name.localeCompare(b.name))
    .slice(0, FOUND_MAX);
}
