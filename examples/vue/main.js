/** A Vue application with the editor in a component. */
import { createApp } from 'vue'
import App from './App.vue'

createApp(App).mount('#app')
