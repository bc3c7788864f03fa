// Draws something else in the place of what failed. Where the server was away, what failed is tried again
// when it is back.
import { Component, type ReactNode } from 'react';
import { asApiError, onServerBack } from '../api';
import { outdated, retryParts } from '../parts';

interface Props {
  children: ReactNode;
  /** What is drawn instead, with a way to try again. */
  fallback: (error: unknown, retry: () => void) => ReactNode;
  /** What else has to forget its failure before the next attempt. */
  reset?: () => void;
  /** Another place is another attempt. */
  place?: string;
}

export class Boundary extends Component<Props, { error: unknown; place?: string }> {
  override state = { error: undefined as unknown, place: this.props.place };
  private stop: (() => void) | undefined;

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: { error: unknown; place?: string }) {
    return props.place === state.place ? null : { error: undefined, place: props.place };
  }

  override componentDidMount() {
    this.stop = onServerBack(() => {
      if (asApiError(this.state.error).isUnreachable) this.tryAgain();
    });
  }

  override componentWillUnmount() {
    this.stop?.();
  }

  private tryAgain = () => {
    if (asApiError(this.state.error).code === outdated) window.location.reload();
    retryParts();
    this.props.reset?.();
    this.setState({ error: undefined });
  };

  override render() {
    const { error } = this.state;
    return error === undefined ? this.props.children : this.props.fallback(error, this.tryAgain);
  }
}
