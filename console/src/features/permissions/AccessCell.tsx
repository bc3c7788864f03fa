// A cell in a grid of roles and actions: how much is granted, and the way to it.
import { UnstyledButton } from '@mantine/core';
import { AccessMark, accessText } from './AccessMark';
import type { Access } from './model';
import classes from './PermissionsTab.module.css';

export function AccessCell(props: {
  role: string;
  action: string;
  access: Access;
  active: boolean;
  onClick: () => void;
}) {
  const text = accessText(props.access);
  return (
    <UnstyledButton
      className={classes.cell}
      data-active={props.active || undefined}
      aria-pressed={props.active}
      aria-label={`${props.role} ${props.action}: ${text}`}
      title={text}
      onClick={props.onClick}
    >
      <AccessMark access={props.access} />
    </UnstyledButton>
  );
}
