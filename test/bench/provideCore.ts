import { App } from '../local/app.ts';
import { createCoreApi, provideCoreModule } from '../local/coreApi.ts';

/** Gives a process the module that the platform gives to an app, and nothing else of a host. */
provideCoreModule(createCoreApi(new App(() => {})));
