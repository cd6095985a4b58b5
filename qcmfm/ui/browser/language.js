export default function ({ data }) {
  document.documentElement.lang = data.tag;
  return () => { document.documentElement.lang = 'en'; };
}
