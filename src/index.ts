/** The entry that Azure loads. Every function registers itself when its file is imported. */
import './functions/advanceRollout.ts';
import './functions/approveRollout.ts';
import './functions/capRollout.ts';
import './functions/finalizeRollout.ts';
import './functions/getHealth.ts';
import './functions/getJournal.ts';
import './functions/getRollout.ts';
import './functions/haltRollout.ts';
import './functions/listRollouts.ts';
import './functions/pauseRollout.ts';
import './functions/pollRollouts.ts';
import './functions/pollSubmissions.ts';
import './functions/pushSamples.ts';
import './functions/resumeRollout.ts';
import './functions/startRollout.ts';
