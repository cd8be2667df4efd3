// Where groups stand in a partition. Pure.

const MOST_GROUPS = 2; // flags of more would hide each other

// The groups whose flags are drawn: those of this page's running consumers, those with members, those that ran here, others; of
// several alike, the one in which something has happened last.
export function groupsShown({ groups, readings }) {
  const running = readings.filter(({ isRunning }) => isRunning).map(({ group }) => group);
  const here = readings.map(({ group }) => group).reverse();
  const place = ({ id, members }) => (running.includes(id) ? 0 : members.length ? 1 : here.includes(id) ? 2 : 3);
  return [...(groups ?? [])].sort((a, b) => place(a) - place(b) || b.changed - a.changed).slice(0, MOST_GROUPS);
}

// [{offset, group, labels: [{kind: "committed", "position" or "stable", lag}]}], the highest offset first. `group` is "" while
// there is only one, and for the last stable offset, which is the partition's own. What one group has at one place is one flag.
export function flagsOf(state, partition) {
  const shown = groupsShown(state);
  const isNamed = shown.length > 1 || state.readings.some(({ group, isRunning }) => isRunning && shown.every(({ id }) => id !== group));
  const flags = new Map();
  for (const { offset, group, ...label } of [...positions(state, partition), ...shown.flatMap((each) => commits(each, partition))]) {
    const key = `${offset} ${group}`;
    if (!flags.has(key)) flags.set(key, { offset, group: isNamed ? group : "", labels: [] });
    flags.get(key).labels.push(label);
  }
  if (partition.stable !== null) flags.set("stable", { offset: partition.stable, group: "", labels: [{ kind: "stable" }] });
  return [...flags.values()].sort((a, b) => b.offset - a.offset);
}

function positions({ readings }, { id }) {
  return readings
    .filter(({ isRunning, owns, positions: at }) => isRunning && owns.includes(id) && at[id] !== undefined)
    .map(({ group, positions: at }) => ({ kind: "position", offset: at[id], group, lag: null }));
}

function commits({ id: group, lags }, partition) {
  return lags
    .filter((each) => each.partition === partition.id && each.committed !== null)
    .map(({ committed, end, lag }) => ({ kind: "committed", offset: committed, group, lag: lag === null ? null : lag + Math.max(0, partition.end - end) }));
}
