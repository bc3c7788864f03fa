// Colours, sizes and defaults of the component kit; every contrast is at least 4.5 : 1.
import { createTheme, type CSSVariablesResolver } from '@mantine/core';
import { t } from './i18n';

export const theme = createTheme({
  primaryColor: 'cyan',
  primaryShade: { light: 9, dark: 9 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  fontFamily:
    'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif',
  fontFamilyMonospace:
    'ui-monospace, "JetBrains Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.25rem' }, h2: { fontSize: '1.05rem' } },
  },
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    PasswordInput: { defaultProps: { size: 'sm' } },
    Select: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' } } },
    MultiSelect: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' } } },
    Autocomplete: { defaultProps: { size: 'xs', comboboxProps: { shadow: 'md' } } },
    TagsInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Tooltip: {
      defaultProps: {
        openDelay: 300,
        withArrow: true,
        events: { hover: true, focus: true, touch: false },
      },
    },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': t('Close') } } },
    Drawer: { defaultProps: { closeButtonProps: { 'aria-label': t('Close') } } },
    Modal: {
      defaultProps: {
        closeButtonProps: { 'aria-label': t('Close') },
        centered: true,
        overlayProps: { backgroundOpacity: 0.45, blur: 2 },
      },
    },
    Table: { defaultProps: { fz: 'sm', verticalSpacing: 6 } },
    Badge: { defaultProps: { variant: 'light', tt: 'none', fw: 500 } },
  },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {
    '--mantine-primary-color-filled-hover': '#095c6b',
    '--mantine-color-cyan-filled-hover': '#095c6b',
  },
  light: {
    '--mantine-color-dimmed': '#586069',
    '--mantine-color-placeholder': '#6b737b',
    '--mantine-color-error': '#c92a2a',
    '--mantine-color-teal-light-color': '#065f46',
    '--mantine-color-orange-light-color': '#953a08',
    '--mantine-color-cyan-light-color': '#0a5566',
    '--mantine-color-grape-light-color': '#792f8d',
    '--mantine-color-gray-light-color': '#40464d',
    '--mantine-color-red-light-color': '#a51d1d',
    '--mantine-color-blue-light-color': '#1a4f8b',
    '--mantine-color-yellow-light-color': '#744a00',
    '--mantine-color-violet-light-color': '#5331b4',
    '--mantine-color-orange-text': '#a8400b',
    '--console-rail': '#f3f5f7',
    '--console-line': '#dee2e6',
    '--console-hover': '#e9edf1',
    '--console-active': '#d3eef3',
    '--console-active-text': '#0a5b6b',
    '--console-soft': '#f8f9fa',
    '--console-warning': '#ffe3e3',
    '--console-null': '#6b737b',
    '--console-number': '#0b6a3c',
    '--console-string': '#8a3b00',
    '--console-keyword': '#6741d9',
  },
  dark: {
    '--mantine-color-dimmed': '#a9afb6',
    '--mantine-color-placeholder': '#8f959c',
    '--mantine-color-error': '#ff8787',
    '--mantine-color-body': '#1b1d20',
    '--console-rail': '#141618',
    '--console-line': '#33373c',
    '--console-hover': '#26292d',
    '--console-active': '#0f3c46',
    '--console-active-text': '#a5e8f3',
    '--console-soft': '#202327',
    '--console-warning': '#4a1d1f',
    '--console-null': '#9aa0a7',
    '--console-number': '#69db9b',
    '--console-string': '#ffb27d',
    '--console-keyword': '#b9a5ff',
  },
});
