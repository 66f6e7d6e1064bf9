import { Home } from '../features/session/home.tsx';

export default function HomePage() {
  return <Home />;
}
