// The name of the product with its mark.
import { Group, Text } from '@mantine/core';

export function Logo({ compact }: { compact?: boolean }) {
  return (
    <Group gap={8} wrap="nowrap">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#0b7285" />
        <path
          d="M7 23v-7a9 9 0 0 1 18 0v7"
          fill="none"
          stroke="#fff"
          strokeWidth="3"
          strokeLinecap="round"
        />
        <path
          d="M7 17h18M12 23v-6m8 6v-6"
          fill="none"
          stroke="#ffd43b"
          strokeWidth="3"
          strokeLinecap="round"
        />
      </svg>
      {!compact && (
        <Text fw={700} size="md" style={{ letterSpacing: '-0.02em' }}>
          howdah
        </Text>
      )}
    </Group>
  );
}
