import { BladeHeader, Loading } from '../components/parts';

export default function Home() {
  return (
    <>
      <BladeHeader title="Home" />
      <Loading />
    </>
  );
}
