import { act, render, screen } from '@testing-library/react';
import { Component, Suspense, type ReactNode } from 'react';
import { beforeEach, expect, it, vi } from 'vitest';
import { asApiError, serverIsAway, setConfig, askAgain } from './api';
import { lazyPart, outdated } from './parts';

const hello = { Hello: () => <p>hello</p> };
const noFile = new TypeError('Failed to fetch dynamically imported module');

class Catch extends Component<{ children: ReactNode }, { code?: string }> {
  override state: { code?: string } = {};
  static getDerivedStateFromError(error: unknown) {
    return { code: asApiError(error).code };
  }
  override render() {
    return this.state.code ? <p>error {this.state.code}</p> : this.props.children;
  }
}

async function show(part: ReactNode) {
  await act(async () => {
    render(
      <Catch>
        <Suspense fallback="…">{part}</Suspense>
      </Catch>,
    );
  });
}

beforeEach(() => {
  setConfig({ consoleMode: 'server', apiBase: '../', version: '1', needsAdminSecret: false });
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

it('is drawn when it is there, and fetched once only', async () => {
  const load = vi.fn(() => Promise.resolve(hello));
  const Hello = lazyPart(load, 'Hello');
  await Hello.preload?.();
  await show(<Hello />);
  await screen.findByText('hello');
  expect(load).toHaveBeenCalledTimes(1);
});

it('is fetched anew when the server is back', async () => {
  const load = vi.fn(() => Promise.reject<typeof hello>(noFile));
  const network = vi.spyOn(window, 'fetch').mockRejectedValue(new TypeError('Failed to fetch'));
  const Hello = lazyPart(load, 'Hello');
  await show(<Hello />);
  await screen.findByText('error unreachable');
  expect(serverIsAway()).toBe(true);
  network.mockResolvedValue(new Response('OK'));
  load.mockResolvedValue(hello);
  await askAgain();
  expect(serverIsAway()).toBe(false);
  await show(<Hello />);
  await screen.findByText('hello');
});

it('tells a console whose files are gone from a server that is away', async () => {
  vi.spyOn(window, 'fetch').mockResolvedValue(new Response('{}'));
  const Hello = lazyPart(() => Promise.reject<typeof hello>(noFile), 'Hello');
  await show(<Hello />);
  await screen.findByText(`error ${outdated}`);
  expect(serverIsAway()).toBe(false);
});
