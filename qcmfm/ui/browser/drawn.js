export default function ({ parentElement, data }) {
  parentElement.querySelector('.drawn').innerHTML = data.html;
}
