declare const extensionsBase: typeof import('@azure/functions-extensions-base');
export = extensionsBase;
