/** The base of what can be wrong with the publisher's container. Each subclass stands for one thing to do about it. */
export abstract class PackageStorageError extends Error {
  abstract override readonly name: string;
  /** Whether the same call may succeed later although nobody mends anything. */
  readonly transient: boolean;

  constructor(message: string, options: { transient?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.transient = options.transient ?? false;
  }
}

/** The blob is not there, or no longer. Remedy: upload it to the container, or correct its name. */
export class PackageMissingError extends PackageStorageError {
  override readonly name = 'PackageMissingError';
}

/** The blob is another one than the one that was looked at. Remedy: look at it again, and begin anew with it. */
export class PackageChangedError extends PackageStorageError {
  override readonly name = 'PackageChangedError';
}

/** The blob is larger than what it is read for may be. Remedy: replace it by a smaller one. */
export class PackageTooLargeError extends PackageStorageError {
  override readonly name = 'PackageTooLargeError';
}

/** The storage refuses. Remedy: give the app the right to read the container's blobs, or mend its settings. */
export class PackageAccessError extends PackageStorageError {
  override readonly name = 'PackageAccessError';
}

/** The storage did not answer, or is out of order, or gave damaged bytes. Remedy: try again later. */
export class PackageStorageUnavailableError extends PackageStorageError {
  override readonly name = 'PackageStorageUnavailableError';

  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, transient: true });
  }
}
