// Which tables a diagram shows, where they stand, and the diagram as SVG. Pure, but for the layout.
import dagre from '@dagrejs/dagre';

export interface DiagramColumn {
  name: string;
  type: string;
  key: boolean;
  foreign: boolean;
}
export interface DiagramTable {
  id: string;
  schema: string;
  name: string;
  columns: DiagramColumn[];
}
export interface DiagramEdge {
  id: string;
  from: string;
  to: string;
  label: string;
}
export interface Diagram {
  tables: DiagramTable[];
  edges: DiagramEdge[];
}
export interface Position {
  x: number;
  y: number;
}

export const width = 230;
const headHeight = 30;
const lineHeight = 19;
/** Longer tables end with how many columns are left out. */
export const shownColumns = 14;

export function heightOf(table: DiagramTable): number {
  const lines =
    Math.min(table.columns.length, shownColumns) + (table.columns.length > shownColumns ? 1 : 0);
  return headHeight + lines * lineHeight + 8;
}

/** Only one schema, only what is at most so many keys away from a table. */
export function selected(
  all: Diagram,
  schema: string | undefined,
  table: string | undefined,
  depth: number,
): Diagram {
  let ids = new Set(all.tables.filter((x) => !schema || x.schema === schema).map((x) => x.id));
  if (table && all.tables.some((x) => x.id === table)) {
    let near = new Set([table]);
    for (let step = 0; step < depth; step += 1) {
      const next = new Set(near);
      for (const edge of all.edges) {
        if (near.has(edge.from)) next.add(edge.to);
        if (near.has(edge.to)) next.add(edge.from);
      }
      near = next;
    }
    ids = near;
  }
  return {
    tables: all.tables.filter((x) => ids.has(x.id)),
    edges: all.edges.filter((e) => ids.has(e.from) && ids.has(e.to)),
  };
}

/** Places for all tables, from left to right along the keys. */
export function layout(diagram: Diagram): Map<string, Position> {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 28, ranksep: 90 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const table of diagram.tables) {
    graph.setNode(table.id, { width, height: heightOf(table) });
  }
  for (const edge of diagram.edges) {
    if (edge.from !== edge.to) graph.setEdge(edge.from, edge.to, {}, edge.id);
  }
  dagre.layout(graph);
  const places = new Map<string, Position>();
  for (const table of diagram.tables) {
    const node = graph.node(table.id) as { x: number; y: number };
    places.set(table.id, { x: node.x - width / 2, y: node.y - heightOf(table) / 2 });
  }
  return places;
}

const escape = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** The diagram as a file of its own. */
export function toSvg(diagram: Diagram, places: ReadonlyMap<string, Position>): string {
  const boxes = diagram.tables.flatMap((table) => {
    const place = places.get(table.id);
    return place ? [{ table, ...place, height: heightOf(table) }] : [];
  });
  const pad = 24;
  const left = Math.min(0, ...boxes.map((b) => b.x)) - pad;
  const top = Math.min(0, ...boxes.map((b) => b.y)) - pad;
  const right = Math.max(0, ...boxes.map((b) => b.x + width)) + pad;
  const bottom = Math.max(0, ...boxes.map((b) => b.y + b.height)) + pad;
  const find = new Map(boxes.map((b) => [b.table.id, b]));
  const lines = diagram.edges.flatMap((edge) => {
    const from = find.get(edge.from);
    const to = find.get(edge.to);
    if (!from || !to) return [];
    const [x1, y1] = [from.x + width, from.y + from.height / 2];
    const [x2, y2] = [to.x, to.y + to.height / 2];
    const bend = Math.max(40, Math.abs(x2 - x1) / 2);
    return [
      `<path d="M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}" fill="none" stroke="#868e96"><title>${escape(edge.label)}</title></path>`,
    ];
  });
  const tables = boxes.map(({ table, x, y, height }) => {
    const columns = table.columns
      .slice(0, shownColumns)
      .map(
        (column, i) =>
          `<text x="${x + 10}" y="${y + headHeight + 15 + i * lineHeight}" font-size="12"${column.key ? ' font-weight="bold"' : ''}>${escape(column.name)} <tspan fill="#868e96">${escape(column.type)}</tspan></text>`,
      );
    const more = table.columns.length - shownColumns;
    if (more > 0) {
      columns.push(
        `<text x="${x + 10}" y="${y + headHeight + 15 + shownColumns * lineHeight}" font-size="12" fill="#868e96">+ ${more}</text>`,
      );
    }
    return `<g><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8" fill="#fff" stroke="#adb5bd"/><path d="M${x},${y + headHeight} h${width}" stroke="#adb5bd"/><text x="${x + 10}" y="${y + 20}" font-size="13" font-weight="bold">${escape(table.schema === 'public' ? table.name : table.id)}</text>${columns.join('')}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${left} ${top} ${right - left} ${bottom - top}" font-family="sans-serif">\n${lines.join('\n')}\n${tables.join('\n')}\n</svg>\n`;
}
