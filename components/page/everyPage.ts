// What every page has, whether or not it has figures: loaded from the head that the configuration gives to all.
import {followFigureLinks} from "./figureLink.js";
import {keepForOffline} from "./offline.js";
import {preparePrint} from "./print.js";
import {startTalk} from "./talk.js";
import {explainTerms} from "./terms.js";
import {startTheme} from "./theme.js";
import {startTour} from "./tour.js";

startTheme();
startTalk();
startTour();
followFigureLinks();
explainTerms();
keepForOffline();
preparePrint();
