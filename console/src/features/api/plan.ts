// PostgreSQL's plan as text, read into a tree.

export interface PlanNode {
  /** `Index Scan using order_pkey on "order"`. */
  title: string;
  cost?: { start: number; total: number };
  rows?: number;
  width?: number;
  /** Conditions and whatever else stands below the node. */
  details: string[];
  children: PlanNode[];
}

const estimate = /^(.*?)\s+\(cost=([\d.]+)\.\.([\d.]+) rows=(\d+) width=(\d+)\)/;

/** Reads `EXPLAIN (FORMAT TEXT)`; the lines of a node are indented below its own. */
export function parsePlan(lines: string[]): PlanNode[] {
  const roots: PlanNode[] = [];
  const path: { indent: number; node: PlanNode }[] = [];
  for (const line of lines) {
    const text = line.trimEnd();
    if (text.trim() === '') continue;
    const arrow = /^(\s*)->\s+(.*)$/.exec(text);
    const indent = arrow?.[1] !== undefined ? arrow[1].length + 1 : leading(text);
    const content = arrow?.[2] ?? text.trim();
    const found = estimate.exec(content);
    if (!found) {
      // A detail, or the heading of a part (`SubPlan 1`).
      while (path.length > 1 && (path.at(-1)?.indent ?? 0) >= indent) path.pop();
      path.at(-1)?.node.details.push(content);
      continue;
    }
    const node: PlanNode = {
      title: found[1] ?? content,
      cost: { start: Number(found[2]), total: Number(found[3]) },
      rows: Number(found[4]),
      width: Number(found[5]),
      details: [],
      children: [],
    };
    while (path.length > 0 && (path.at(-1)?.indent ?? 0) >= indent) path.pop();
    const parent = path.at(-1)?.node;
    (parent ? parent.children : roots).push(node);
    path.push({ indent, node });
  }
  return roots;
}

function leading(text: string): number {
  return text.length - text.trimStart().length;
}
