// A plan as nested lines, each with its share of the cost.
import { Badge, Box, Group, Text } from '@mantine/core';
import { formatNumber, t } from '../../kit/i18n';
import type { PlanNode } from './plan';

export function PlanTree({ nodes }: { nodes: PlanNode[] }) {
  const total = Math.max(...nodes.map((node) => node.cost?.total ?? 0), 0.01);
  return (
    <Box component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
      {nodes.map((node, index) => (
        <Node key={index} node={node} total={total} />
      ))}
    </Box>
  );
}

function Node({ node, total }: { node: PlanNode; total: number }) {
  const below = node.children.reduce((sum, child) => sum + (child.cost?.total ?? 0), 0);
  const own = Math.max(0, (node.cost?.total ?? 0) - below);
  const share = Math.min(1, own / total);
  const isScan = /^Seq Scan/.test(node.title) && (node.rows ?? 0) > 1000;
  return (
    <Box
      component="li"
      my={4}
      pl={12}
      style={{ borderInlineStart: '2px solid var(--console-line)', listStyle: 'none' }}
    >
      <Group gap={8} wrap="nowrap" align="center">
        <Text size="sm" fw={500}>
          {node.title}
        </Text>
        {isScan && <Badge color="orange">{t('reads every row')}</Badge>}
      </Group>
      <Group gap={8} wrap="nowrap">
        <Box
          w={60}
          h={5}
          style={{ borderRadius: 3, background: 'var(--console-hover)', overflow: 'hidden' }}
          aria-hidden="true"
        >
          <Box
            h="100%"
            w={`${Math.round(share * 100)}%`}
            style={{
              background:
                share > 0.5
                  ? 'var(--mantine-color-orange-6)'
                  : 'var(--mantine-primary-color-filled)',
            }}
          />
        </Box>
        <Text size="xs" c="dimmed">
          {t('cost {{cost}} · about {{rows}} rows', {
            cost: formatNumber(node.cost?.total ?? 0),
            rows: formatNumber(node.rows ?? 0),
          })}
        </Text>
      </Group>
      {node.details.map((detail, index) => (
        <Text key={index} size="xs" className="mono" c="dimmed">
          {detail}
        </Text>
      ))}
      {node.children.length > 0 && (
        <Box component="ul" m={0} p={0}>
          {node.children.map((child, index) => (
            <Node key={index} node={child} total={total} />
          ))}
        </Box>
      )}
    </Box>
  );
}
