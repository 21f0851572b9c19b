/** The default theme of VitePress, with colours of enough contrast. */
import theme from 'vitepress/theme';
import './style.css';

export default theme;
